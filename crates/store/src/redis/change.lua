-- KEYS: for each change its counter. ARGV: for each change by how much, and until when its counter is kept.
-- Answers which changes were left out, the first being 1.
local left_out = {}
for i, key in ipairs(KEYS) do
    local by = ARGV[2 * i - 1]
    local n = counter(key, redis.call('MGET', key)[1])
    local sum = n and n + tonumber(by)
    if not n or sum > MAX or sum < -MAX then
        left_out[#left_out + 1] = i
    elseif sum < 0 and tonumber(by) < 0 then
        -- What is to be taken away was forgotten, or some of it: no more is taken than is there.
        if n > 0 then redis.call('SET', key, '0', 'KEEPTTL') end
    elseif by ~= '0' then
        redis.call('INCRBY', key, by)
        redis.call('EXPIREAT', key, ARGV[2 * i])
    end
end
return left_out
