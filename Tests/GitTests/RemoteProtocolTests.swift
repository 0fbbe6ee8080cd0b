import Testing

@testable import Git

@Suite struct `the protocol of a remote` {
    private func line(_ version: String) -> String {
        #"{"event":"data","thread":"main","category":"transfer","key":"negotiated-version","value":"\#(version)"}"#
    }

    @Test(arguments: [("0", 0), ("1", 1), ("2", 2)]) func `is in git's trace`(_ text: String, _ version: Int) {
        let trace =
            #"{"event":"start","argv":["git","ls-remote"]}"# + "\n\(line(text))\n" + #"{"event":"exit","code":0}"#
        #expect(RemoteProtocol.version(in: trace) == version)
    }

    @Test func `is the version that git tells last`() {
        // The git of a remote on this machine writes first.
        #expect(RemoteProtocol.version(in: "\(line("2"))\n\(line("0"))\n") == 0)
    }

    @Test(arguments: ["", "fatal: no", #"{"key":"other","value":"2"}"#, #"{"key":"negotiated-version","value":""}"#])
    func `is unknown without git's word`(_ trace: String) { #expect(RemoteProtocol.version(in: trace) == nil) }
}
