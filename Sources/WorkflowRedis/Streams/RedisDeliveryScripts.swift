#if Redis
/// What consumers have the server do, each in one step. `ARGV` begins with group and consumer.
enum RedisDeliveryScripts {
    /// Who has what nodes that were stopped have given back.
    static let released = "(released)"

    /// Reads new entries of several streams, all at the same moment.
    ///
    /// `KEYS`: version, topics, streams. `ARGV[3...]`: how many entries of each, the known version or nothing when it does
    /// not matter. Answers as XREADGROUP does, or `CHANGED` when there are other topics.
    static let read = RedisScript(
        """
        if ARGV[4] ~= '' and \(RedisStreamScripts.version("KEYS[1]", "KEYS[2]")) ~= ARGV[4] then return 'CHANGED' end
        if #KEYS == 2 then return {} end
        local words = {'XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[3], 'STREAMS'}
        for index = 3, #KEYS do words[#words + 1] = KEYS[index] end
        for index = 3, #KEYS do words[#words + 1] = '>' end
        return redis.call(unpack(words)) or {}
        """)

    /// Takes entries over that nobody has given a sign of life for.
    ///
    /// `KEYS`: stream. `ARGV[3...]`: milliseconds without a sign, how many, whose or nothing for everybody's, how much
    /// to count up the deliveries. XAUTOCLAIM tells neither how often an entry was delivered nor what was trimmed.
    /// Answers the entries with their deliveries, and how many are lost since they were trimmed.
    static let take = RedisScript(
        """
        local rows
        if ARGV[5] == '' then
            rows = redis.call('XPENDING', KEYS[1], ARGV[1], 'IDLE', ARGV[3], '-', '+', ARGV[4])
        else
            rows = redis.call('XPENDING', KEYS[1], ARGV[1], 'IDLE', ARGV[3], '-', '+', ARGV[4], ARGV[5])
        end
        local taken, lost = {}, 0
        for _, row in ipairs(rows) do
            local id = row[1]
            local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
            if entry then
                local count = row[4] + ARGV[6]
                redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], '0', id, 'RETRYCOUNT', count, 'JUSTID')
                taken[#taken + 1] = {id, entry[2], count}
            else
                redis.call('XACK', KEYS[1], ARGV[1], id)
                lost = lost + 1
            end
        end
        return {taken, lost}
        """)

    /// Says that entries are in hand. `KEYS`: stream. `ARGV[3...]`: their identifiers. Answers those that somebody else
    /// has by now, or that are done with; those that the server has lost are not among them.
    static let renew = RedisScript(
        """
        local gone = {}
        for index = 3, #ARGV do
            local id = ARGV[index]
            local row = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, '1')[1]
            if row and row[2] == ARGV[2] then
                redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], '0', id, 'JUSTID')
            elseif row or #redis.call('XRANGE', KEYS[1], id, id) > 0 then
                gone[#gone + 1] = id
            end
        end
        return gone
        """)

    /// Gives entries back, for others to take at once. `KEYS`: stream, index. `ARGV[3...]`: topic, milliseconds after
    /// which entries are taken over, identifier and completed deliveries, for each.
    static let giveBack = RedisScript(
        """
        for index = 5, #ARGV, 2 do
            local id = ARGV[index]
            local row = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, '1')[1]
            if row and row[2] == ARGV[2] then
                redis.call('XCLAIM', KEYS[1], ARGV[1], '\(released)', '0', id, 'IDLE', ARGV[4],
                    'RETRYCOUNT', ARGV[index + 1], 'JUSTID')
            end
        end
        redis.call('XADD', KEYS[2], 'MAXLEN', '~', '1000', '*', 'released', ARGV[3])
        return 1
        """)

    /// Removes a consumer that has nothing in hand. `KEYS`: stream.
    static let leave = RedisScript(
        """
        if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', '1', ARGV[2]) > 0 then return 0 end
        redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
        return 1
        """)
}
#endif
