import Testing
import Text

@Suite struct `the nearest of several words` {
    @Test(arguments: [
        ("stauts", "status"), ("deply", "deploy"), ("hist", nil), ("histroy", "history"), ("", nil), ("xyz", nil),
        ("serv", "serve"), ("STATUS", nil),
    ])
    func `differs in few letters`(_ word: String, _ nearest: String?) {
        #expect(word.nearest(of: ["serve", "status", "history", "deploy"]) == nearest)
    }

    @Test func `is none if there are no words`() { #expect("x".nearest(of: []) == nil) }

    @Test func `is found quickly, or not at all, for a long word`() {
        let long = String(repeating: "a", count: 1_000_000)
        #expect(long.nearest(of: ["serve"]) == nil)
    }
}
