/// Names that git, a shell, a terminal or a log could take for something else.
enum HostileNames {
    /// All names. A test replaces `MARK` by a path, where a name makes a file if a shell runs the name.
    static let all = [
        "-x", "--upload-pack=touch MARK", "../../x", "a\nb", "a\r\nSet-Cookie: x=y", "$(touch MARK)", "`touch MARK`",
        "; touch MARK", "main\0", "main\u{202e}niam", "\u{1b}[2J\u{1b}]0;x\u{7}", "m\u{e4}in", "\u{1f514}",
        "main\\", "main\"", "main\",\"status\":200,\"x\":\"", "%s%n", "@{upstream}", "main~1", "main..main",
        String(repeating: "long", count: 2500),
    ]
    /// The names that fit in a header.
    static let headers = all.filter { name in
        name.utf8.allSatisfy { $0 >= 32 } && !name.contains(",") && name.utf8.count < 5000
    }
}
