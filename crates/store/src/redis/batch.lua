-- Several calls in one script, each as if it came alone, in their order.
-- KEYS: the clock, then each counter of these calls once.
-- ARGV: the largest step back of a clock; for each counter its expiry; then the calls:
--   1, the number of words that follow, the time, the number of its counters and their indexes, and for each gate the
--   amount to add, the limit, the number of its counters, and their indexes: its own first;
--   2, the number of words that follow, and for each change the index of its counter and the amount.
-- Answers for a reservation 0 and the values after; 1, the gate, and the values before; 2 and the broken counter; 3 and a
-- time. For changes the number of those that are skipped, and their indexes from 1.
-- Nothing is written before all is decided: a script that fails half-way is not undone.
local argv, tonumber, last = ARGV, tonumber, #KEYS
local stored, found, counts = redis.call('MGET', unpack(KEYS)), {}, {}
for i = 2, last do
    local n = counter(KEYS[i], stored[i])
    found[i - 1], counts[i - 1] = n, n
end
local jump, seen = tonumber(argv[1]), stored[1] and number(stored[1]) or 0
local latest, answers, said = seen, {}, 0
local at, ends = last + 1, #argv

while at <= ends do
    local after = at + 2 + tonumber(argv[at + 1])
    if argv[at] == '1' then
        local now, many, before, broken = tonumber(argv[at + 2]), tonumber(argv[at + 3]), {}, nil
        local own = at + 3
        for i = 1, many do
            before[i] = counts[tonumber(argv[own + i])]
            if not before[i] then broken = i - 1 break end
        end
        if latest > now and latest - now <= jump then
            answers[said + 1], answers[said + 2], said = 3, latest, said + 2
        elseif broken then
            answers[said + 1], answers[said + 2], said = 2, broken, said + 2
        else
            latest = now
            local gate, place, refused = 0, own + many + 1, false
            while place < after and not refused do
                local first, to = tonumber(argv[place + 3]), place + 2 + tonumber(argv[place + 2])
                local n, sum = counts[first] + tonumber(argv[place]), 0
                counts[first] = n
                for i = place + 3, to do sum = sum + counts[tonumber(argv[i])] end
                if sum > tonumber(argv[place + 1]) or n > MAX then refused = true
                else gate, place = gate + 1, to + 1 end
            end
            if refused then
                answers[said + 1], answers[said + 2], said = 1, gate, said + 2
            else
                answers[said + 1], said = 0, said + 1
            end
            for i = 1, many do
                local index = tonumber(argv[own + i])
                if refused then counts[index] = before[i] end
                answers[said + i] = counts[index]
            end
            said = said + many
        end
    else
        local place = said + 1
        answers[place], said = 0, place
        for i = at + 2, after - 1, 2 do
            local index, by = tonumber(argv[i]), tonumber(argv[i + 1])
            local n = counts[index]
            local sum = n and n + by
            if not n or sum > MAX or sum < -MAX then
                said = said + 1
                answers[place], answers[said] = answers[place] + 1, (i - at) / 2
            elseif sum < 0 and by < 0 then
                -- The amount to subtract was lost, or a part of it: no more is subtracted than the value.
                counts[index] = math.min(n, 0)
            else
                counts[index] = sum
            end
        end
    end
    at = after
end

-- Whole digits: Lua would write large numbers as 1e+15.
if latest ~= seen then redis.call('SET', KEYS[1], string.format('%.0f', latest)) end
for i = 1, last - 1 do
    local n = counts[i]
    if n ~= found[i] then
        redis.call('SET', KEYS[i + 1], string.format('%.0f', n), 'EXAT', argv[i + 1])
    end
end
return answers
