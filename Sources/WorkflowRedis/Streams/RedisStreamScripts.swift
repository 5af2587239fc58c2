#if Redis
/// What publishing and subscribing have the server do, each in one step.
///
/// Identifiers of entries rise over all streams of a prefix, so that messages of several topics have an order.
enum RedisStreamScripts {
    /// The next identifier of all streams; `last` is the one before, `now` the time in milliseconds.
    private static let clock = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local last, number = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+)-(%d+)$')
        local isLate = last and tonumber(last) >= now

        """

    /// Adds a message, unless its identifier is remembered.
    ///
    /// `KEYS`: last, stream, identifier, topics, version, index. `ARGV`: topic, milliseconds to remember the identifier,
    /// greatest length, greatest age in milliseconds, fields.
    static let publish = RedisScript(
        """
        local window, length, age = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
        if window > 0 and redis.call('EXISTS', KEYS[3]) == 1 then return 0 end

        """ + clock + """
            local words = {'XADD', KEYS[2]}
            if length > 0 then for _, word in ipairs({'MAXLEN', '~', ARGV[3]}) do words[#words + 1] = word end end
            words[#words + 1] = isLate and last .. '-' .. string.format('%.0f', number + 1)
                or string.format('%.0f-0', now)
            local place = #words
            for index = 5, #ARGV do words[#words + 1] = ARGV[index] end
            local id = redis.pcall(unpack(words))
            if type(id) == 'table' then
                -- Another program has used a later one, or it fails for good.
                words[place] = '*'
                id = redis.call(unpack(words))
            end
            redis.call('SET', KEYS[1], id)
            if age > 0 then
                local oldest = math.max(0, now - age)
                redis.call('XTRIM', KEYS[2], 'MINID', '~', string.format('%.0f', oldest))
                redis.call('PEXPIRE', KEYS[2], string.format('%.0f', age + 60000))
            end
            if redis.call('SADD', KEYS[4], ARGV[1]) == 1 then redis.call('SET', KEYS[5], id) end
            redis.call('XADD', KEYS[6], 'MAXLEN', '~', '1000', '*', 'topic', ARGV[1])
            if window > 0 then redis.call('SET', KEYS[3], id, 'PX', ARGV[2]) end
            return 1
            """)

    /// Remembers since when a subscription is there, and tells the topics.
    ///
    /// `KEYS`: last, subscriptions, topics, version. `ARGV`: subscription, the identifier after which it begins or
    /// nothing for now. Answers where it begins, the version of the topics, and the topics.
    static let register = RedisScript(
        clock + """
            local start = redis.call('HGET', KEYS[2], ARGV[1])
            if not start then
                start = ARGV[2]
                if start == '' then
                    local isRecent = last and tonumber(last) >= now - 1
                    start = isRecent and last .. '-' .. number or string.format('%.0f-0', now - 1)
                end
                redis.call('HSET', KEYS[2], ARGV[1], start)
            end
            return {start, \(version("KEYS[4]", "KEYS[3]")), redis.call('SMEMBERS', KEYS[3])}
            """)

    /// Makes the group of a subscription in the stream of a topic, and removes consumers that have been silent for an
    /// hour and have nothing in hand.
    ///
    /// `KEYS`: stream, topics. `ARGV`: group, where it begins, topic, whether to make the stream. Answers whether the
    /// stream is there; a topic without one is forgotten.
    static let open = RedisScript(
        """
        local exists = redis.call('EXISTS', KEYS[1]) == 1
        if not exists and ARGV[4] ~= '1' then
            redis.call('SREM', KEYS[2], ARGV[3])
            return 0
        end
        local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], exists and ARGV[2] or '0', 'MKSTREAM')
        if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then return made end
        for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
            local consumer = {}
            for index = 1, #row, 2 do consumer[row[index]] = row[index + 1] end
            if consumer.pending == 0 and consumer.idle > 3600000 then
                redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
            end
        end
        return 1
        """)

    /// What is another text whenever topics come or go.
    static func version(_ version: String, _ topics: String) -> String {
        "(redis.call('GET', \(version)) or '') .. '/' .. redis.call('SCARD', \(topics))"
    }
}
#endif
