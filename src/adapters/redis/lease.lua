-- Acquire a lease, renew it or release it.
--
-- KEYS[1]  the lease: its number, and until when it is held
-- ARGV[1]  the number of the lease in hand; 0 to acquire one
-- ARGV[2]  now, in microseconds
-- ARGV[3]  until when it is to be held; 0 to release it
--
-- Returns the number of the lease that is held now; nothing if it is not ours, or no longer.
-- A lease is never deleted, so that numbers rise for ever; should Redis lose it, the clock
-- makes sure of that.

local lease = redis.call('HMGET', KEYS[1], 'number', 'until')
local number = tonumber(lease[1] or 0)
local held_until = tonumber(lease[2] or 0)
local ours = tonumber(ARGV[1])
local now = tonumber(ARGV[2])

local function keep(new)
  local text = string.format('%.0f', new)
  redis.call('HSET', KEYS[1], 'number', text, 'until', ARGV[3])
  return text
end

if ours == 0 then
  return now >= held_until and keep(math.max(number + 1, now))
end
if ours ~= number then
  return false
end
-- Released, it gets a number that nobody holds, so that it cannot be renewed.
return keep(ARGV[3] == '0' and number + 1 or number)
