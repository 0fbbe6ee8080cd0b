-- wrk -t1 -s push.lua URL -- BODY SHA1 SHA256: sends one signed push repeatedly, each time with another delivery id.
-- wrk -t1 -s push.lua URL -- FILE: sends the requests in FILE, one after the other, until none is left. Each begins with a line
-- that says how many bytes it has. Prints `begin` before the first request and `end` after the last one.
-- Prints as its last line: requests, duration in seconds, median and 99th percentile in ms, failures.

local sent, run = 0, os.time()
local before, after
local requests

local function read(name)
    local file = assert(io.open(name, "rb"))
    local text = file:read("*a")
    file:close()
    return text
end

local function split(text)
    local found, position = {}, 1
    while position <= #text do
        local stop = text:find("\n", position, true)
        local length = tonumber(text:sub(position, stop - 1))
        found[#found + 1] = text:sub(stop + 1, stop + length)
        position = stop + length + 1
    end
    return found
end

function init(arguments)
    if not arguments[2] then
        requests = split(read(arguments[1]))
        return
    end
    local push = wrk.format("POST", nil, {
        ["Content-Type"] = "application/json",
        ["User-Agent"] = "GitHub-Hookshot/044aadd",
        ["Accept"] = "*/*",
        ["X-GitHub-Event"] = "push",
        ["X-GitHub-Delivery"] = "DELIVERY",
        ["X-GitHub-Hook-ID"] = "292430182",
        ["X-GitHub-Hook-Installation-Target-ID"] = "186853002",
        ["X-GitHub-Hook-Installation-Target-Type"] = "repository",
        ["X-Hub-Signature"] = "sha1=" .. arguments[2],
        ["X-Hub-Signature-256"] = "sha256=" .. arguments[3],
    }, read(arguments[1]))
    before, after = push:match("^(.-)DELIVERY(.*)$")
end

function request()
    sent = sent + 1
    if requests then
        if sent == 1 or sent == #requests then
            io.stdout:write(sent == 1 and "begin\n" or "end\n")
            io.stdout:flush()
        end
        return requests[sent] or ""
    end
    return before .. string.format("%08x-5b1d-11ef-8c2e-%012x", run, sent) .. after
end

function done(summary, latency)
    local e = summary.errors
    print(string.format("%d %.3f %.3f %.3f %d", summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3, e.connect + e.read + e.write + e.status + e.timeout))
end
