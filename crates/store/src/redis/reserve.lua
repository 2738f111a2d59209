-- KEYS: the clock, then each counter once.
-- ARGV: the time; the largest step back of a clock; for each counter its expiry; then for each gate the amount to add,
-- the limit, the number of its counters, and their indexes: its own first.
-- Answers 0 and the values after; 1, the gate, and the values before; 2 and the broken counter; 3 and a time.
-- Nothing is written before every check has passed: a script that fails half-way is not undone.
local stored = redis.call('MGET', unpack(KEYS))
local now = tonumber(ARGV[1])
local latest = stored[1] and number(stored[1]) or 0
if latest > now and latest - now <= tonumber(ARGV[2]) then return {3, latest} end

local before, after = {}, {}
for i = 2, #KEYS do
    local n = counter(KEYS[i], stored[i])
    if not n then return {2, i - 2} end
    before[i - 1], after[i - 1] = n, n
end
if latest ~= now then redis.call('SET', KEYS[1], ARGV[1]) end

local at, gate, adds = #KEYS + 2, 0, {}
while at <= #ARGV do
    local own, sum = tonumber(ARGV[at + 3]), 0
    after[own] = after[own] + tonumber(ARGV[at])
    for i = at + 3, at + 2 + tonumber(ARGV[at + 2]) do
        sum = sum + after[tonumber(ARGV[i])]
    end
    if sum > tonumber(ARGV[at + 1]) or after[own] > MAX then
        return {1, gate, unpack(before)}
    end
    -- The digits as given: Lua would write large numbers as 1e+15.
    if ARGV[at] ~= '0' then adds[#adds + 1] = {own, ARGV[at]} end
    at, gate = at + 3 + tonumber(ARGV[at + 2]), gate + 1
end
for _, add in ipairs(adds) do
    redis.call('INCRBY', KEYS[add[1] + 1], add[2])
    redis.call('EXPIREAT', KEYS[add[1] + 1], ARGV[add[1] + 2])
end
return {0, unpack(after)}
