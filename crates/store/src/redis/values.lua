-- 2^53 - 1: the largest integer that a double holds exactly.
local MAX = 9007199254740991

-- The number in a value as INCRBY writes it; nil for anything else.
local function number(value)
    if value ~= '0' and not string.match(value, '^-?[1-9]%d*$') then return nil end
    local n = tonumber(value)
    if n > MAX or n < -MAX then return nil end
    return n
end

-- The number under a key, from the answer of MGET: nil for another type as well as for no key.
local function counter(key, value)
    if value then return number(value) end
    if redis.call('TYPE', key).ok == 'none' then return 0 end
    return nil
end
