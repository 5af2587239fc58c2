#if Redis
import WorkflowCore

/// Buckets in Redis: the time at which each will be full again, by the server's clock.
///
/// The numbers are those of the buckets that a process has for itself. Times are kept as seconds and nanoseconds, since
/// Lua's numbers are exact up to 2^53 only.
struct RedisBuckets: Sendable {
    private static let script = RedisScript(
        """
        local interval, capacity = tonumber(ARGV[1]), tonumber(ARGV[2])
        local time = redis.call('TIME')
        local seconds, nanoseconds = tonumber(time[1]), tonumber(time[2]) * 1000
        local debt = 0
        local known = redis.call('GET', KEYS[1])
        if known then
            local full, part = string.match(known, '^(%d+):(%d+)$')
            if full then debt = (tonumber(full) - seconds) * 1000000000 + (tonumber(part) - nanoseconds) end
        end
        -- A clock that was set back makes nobody wait longer than for a whole bucket.
        debt = math.max(0, math.min(debt, capacity))
        local next = debt + interval
        if next > capacity then return {0, 0, next - capacity} end
        local part = nanoseconds + next
        local full = seconds + math.floor(part / 1000000000)
        local value = string.format('%.0f:%.0f', full, part % 1000000000)
        redis.call('SET', KEYS[1], value, 'PX', string.format('%.0f', math.ceil(next / 1000000) + 1))
        return {1, math.floor((capacity - next) / interval), next}
        """)

    private let prefix: String

    /// - Parameter prefix: What the names of the keys begin with.
    init(prefix: String) {
        self.prefix = prefix + "limit:"
    }

    /// Takes one request out of a bucket.
    ///
    /// - Throws: ``RedisError``, or `CancellationError`.
    func take(_ key: String, interval: Int64, burst: Int, on client: RedisClient) async throws -> RateLimitDecision {
        let longest = Int64.max / 8
        let interval = min(max(1, interval), longest)
        let product = interval.multipliedReportingOverflow(by: Int64(burst))
        let capacity = product.overflow ? longest : min(product.partialValue, longest)
        let reply = try await Self.script.run(
            on: client, keys: ["\(prefix)\(key)"], ["\(interval)", "\(capacity)"])
        guard let values = reply.array, values.count == 3, let isAllowed = values[0].integer,
            let remaining = values[1].integer, let wait = values[2].integer
        else { throw RedisError(.unexpectedAnswer, "the rate-limit script gave an unexpected answer") }
        return RateLimitDecision(isAllowed: isAllowed == 1, remaining: Int(remaining), wait: wait)
    }
}
#endif
