-- KEYS: for each change its counter. ARGV: for each change the amount, and the expiry of its counter.
-- Answers the indexes of the skipped changes, from 1.
local left_out = {}
for i, key in ipairs(KEYS) do
    local by = ARGV[2 * i - 1]
    local n = counter(key, redis.call('MGET', key)[1])
    local sum = n and n + tonumber(by)
    if not n or sum > MAX or sum < -MAX then
        left_out[#left_out + 1] = i
    elseif sum < 0 and tonumber(by) < 0 then
        -- The amount to subtract was lost, or a part of it: no more is subtracted than the value.
        if n > 0 then redis.call('SET', key, '0', 'KEEPTTL') end
    elseif by ~= '0' then
        redis.call('INCRBY', key, by)
        redis.call('EXPIREAT', key, ARGV[2 * i])
    end
end
return left_out
