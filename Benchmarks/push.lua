-- wrk -t1 -s push.lua URL -- BODY SHA1 SHA256: sends one signed push repeatedly, each time with another delivery id.
-- Prints as its last line: requests, duration in seconds, 99th percentile in ms, failures.

local sent, run = 0, os.time()
local before, after

function init(arguments)
    local file = assert(io.open(arguments[1], "rb"))
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
    }, file:read("*a"))
    file:close()
    before, after = push:match("^(.-)DELIVERY(.*)$")
end

function request()
    sent = sent + 1
    return before .. string.format("%08x-5b1d-11ef-8c2e-%012x", run, sent) .. after
end

function done(summary, latency)
    local e = summary.errors
    print(string.format("%d %.3f %.3f %d", summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3,
        e.connect + e.read + e.write + e.status + e.timeout))
end
