-- KEYS: the counters. Answers their values, nil for a broken one.
local stored, values = redis.call('MGET', unpack(KEYS)), {}
for i, key in ipairs(KEYS) do
    values[i] = counter(key, stored[i]) or false
end
return values
