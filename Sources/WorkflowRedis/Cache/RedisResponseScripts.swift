#if Redis
/// What the cache has the server do, each in one step.
///
/// An answer is kept with the versions of the paths that it depends on. A change at a path counts up versions, so that
/// nothing needs to be looked for and an answer from before the change is never taken for a new one. The versions are
/// fields of one hash, of bounded size; when it is lost, its epoch is another one, and all answers are old.
enum RedisResponseScripts {
    /// `KEYS`: the answer, the lock, the versions. `ARGV`: token, milliseconds of the lock, fields of the versions.
    static let lookup = RedisScript(
        version(from: 3) + """
            local entry = redis.call('HMGET', KEYS[1], 'version', 'answer')
            if entry[1] == version and entry[2] then return {1, entry[2]} end
            if redis.call('GET', KEYS[2]) == '-' then return {2, version} end
            if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return {2, version} end
            return {0, version}
            """)

    /// `ARGV`: token, milliseconds to live, version of the lookup, answer, fields of the versions.
    static let keep = RedisScript(
        """
        if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end

        """ + version(from: 5) + """
            if version ~= ARGV[3] then return 0 end
            redis.call('HSET', KEYS[1], 'version', version, 'answer', ARGV[4])
            redis.call('PEXPIRE', KEYS[1], ARGV[2])
            return 1
            """)

    /// `KEYS`: the lock. `ARGV`: token, milliseconds in which nobody waits for an answer.
    static let giveUp = RedisScript(
        """
        if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], '-', 'PX', ARGV[2]) end
        return 0
        """)

    /// `KEYS`: the versions. `ARGV`: the fields that count up.
    static let invalidate = RedisScript(
        """
        for _, field in ipairs(ARGV) do redis.call('HINCRBY', KEYS[1], field, 1) end
        return 0
        """)

    /// The text of all versions that an answer depends on.
    private static func version(from index: Int) -> String {
        """
        local fields = {'epoch'}
        for index = \(index), #ARGV do fields[#fields + 1] = ARGV[index] end
        local versions = redis.call('HMGET', KEYS[3], unpack(fields))
        if not versions[1] then
            local time = redis.call('TIME')
            versions[1] = time[1] .. '.' .. time[2] .. '.' .. ARGV[1]
            redis.call('HSET', KEYS[3], 'epoch', versions[1])
        end
        for index = 1, #versions do versions[index] = versions[index] or '' end
        local version = table.concat(versions, ',')

        """
    }
}
#endif
