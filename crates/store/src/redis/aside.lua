-- KEYS: for each counter its key, then that of its copy. Copies the values, without expiry.
for i = 1, #KEYS, 2 do
    redis.call('COPY', KEYS[i], KEYS[i + 1], 'REPLACE')
    redis.call('PERSIST', KEYS[i + 1])
end
