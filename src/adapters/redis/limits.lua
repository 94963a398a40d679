-- Count a request against all of its limits, or against none of them.
--
-- KEYS     the windows
-- ARGV[1]  now, in microseconds
-- ARGV     then for each window: how many it admits, when one that begins now ends,
--          and in how many milliseconds that can be forgotten
--
-- Returns for each window that has no room: which it is, how much is used, when it ends.

local now = tonumber(ARGV[1])
local full = {}
local used = {}

for i, key in ipairs(KEYS) do
  local window = redis.call('HMGET', key, 'used', 'ends')
  used[i] = window[2] and now < tonumber(window[2]) and tonumber(window[1]) or 0
  if used[i] > 0 and used[i] >= tonumber(ARGV[3 * i - 1]) then
    full[#full + 1] = { i, used[i], window[2] }
  end
end

if #full > 0 then
  return full
end

for i, key in ipairs(KEYS) do
  if used[i] > 0 then
    redis.call('HINCRBY', key, 'used', 1)
  else
    redis.call('HSET', key, 'used', 1, 'ends', ARGV[3 * i])
    redis.call('PEXPIRE', key, ARGV[3 * i + 1])
  end
end

return full
