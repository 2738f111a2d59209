-- Several calls in one script, each as if it came alone, in their order.
-- KEYS: the clock, then each counter of these calls once.
-- ARGV: the largest step back of a clock; for each counter its expiry; then the calls:
--   1, the time, the number of its counters and their indexes, the number of its gates, and for each gate the amount to
--   add, the limit, the number of its counters, and their indexes: its own first;
--   2, the number of its changes, and for each the index of its counter and the amount.
-- Answers for a reservation 0 and the values after; 1, the gate, and the values before; 2 and the broken counter; 3 and a
-- time. For changes the number of those that are skipped, and their indexes from 1.
-- Nothing is written before all is decided: a script that fails half-way is not undone.
local stored, at, answers = redis.call('MGET', unpack(KEYS)), #KEYS + 1, {}
local jump, seen = tonumber(ARGV[1]), stored[1] and number(stored[1]) or 0
local latest, found, counts = seen, {}, {}
for i = 2, #KEYS do
    local n = counter(KEYS[i], stored[i])
    found[i - 1], counts[i - 1] = n, n
end

local function take()
    at = at + 1
    return tonumber(ARGV[at - 1])
end

local function indexes()
    local taken = {}
    for i = 1, take() do taken[i] = take() end
    return taken
end

local function say(...)
    for _, n in ipairs({...}) do answers[#answers + 1] = n end
end

local function values(own)
    local of = {}
    for i, index in ipairs(own) do of[i] = counts[index] end
    return of
end

local function reserve()
    local now, own, gates = take(), indexes(), {}
    for g = 1, take() do gates[g] = {take(), take(), indexes()} end
    if latest > now and latest - now <= jump then return say(3, latest) end
    for i, index in ipairs(own) do
        if not counts[index] then return say(2, i - 1) end
    end
    latest = now
    local before = values(own)
    for g, gate in ipairs(gates) do
        local first, sum = gate[3][1], 0
        counts[first] = counts[first] + gate[1]
        for _, index in ipairs(gate[3]) do sum = sum + counts[index] end
        if sum > gate[2] or counts[first] > MAX then
            for i, index in ipairs(own) do counts[index] = before[i] end
            return say(1, g - 1, unpack(before))
        end
    end
    say(0, unpack(values(own)))
end

local function change()
    local skipped = {}
    for i = 1, take() do
        local index, by = take(), take()
        local n = counts[index]
        local sum = n and n + by
        if not n or sum > MAX or sum < -MAX then
            skipped[#skipped + 1] = i
        elseif sum < 0 and by < 0 then
            -- The amount to subtract was lost, or a part of it: no more is subtracted than the value.
            counts[index] = math.min(n, 0)
        else
            counts[index] = sum
        end
    end
    say(#skipped, unpack(skipped))
end

while at <= #ARGV do
    if take() == 1 then reserve() else change() end
end

-- Whole digits: Lua would write large numbers as 1e+15.
if latest ~= seen then redis.call('SET', KEYS[1], string.format('%.0f', latest)) end
for i, n in pairs(counts) do
    if n ~= found[i] then
        redis.call('SET', KEYS[i + 1], string.format('%.0f', n), 'EXAT', ARGV[i + 1])
    end
end
return answers
