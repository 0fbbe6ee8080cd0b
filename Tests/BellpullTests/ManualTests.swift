import Foundation
import TestSupport
import Testing

/// `man/bellpull.8`, compared with what the program says of itself.
@Suite(.onPlainThreads) struct `bellpull(8)` {
    /// The help of a command in JSON (`--experimental-dump-help` of swift-argument-parser).
    private struct Help: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable { let kind, name: String }
            let kind: String
            let names: [Name]?
        }
        let commandName: String
        let subcommands: [Help]?
        let arguments: [Argument]?
    }

    private struct Dump: Decodable { let command: Help }

    /// The sections of the commands, by their names.
    private let sections: [String: String]
    private let commands: [Help]

    init() throws {
        let page = try ProjectFile.text("man/bellpull.8")
        let part = page.components(separatedBy: "\n.Sh ").first { $0.hasPrefix("COMMANDS\n") } ?? ""
        let pairs = part.components(separatedBy: "\n.Ss ").dropFirst().map { section in
            (String(section.prefix { $0 != "\n" }), section)
        }
        sections = Dictionary(pairs) { first, _ in first }
        // Shell keeps only the end of a long output.
        let folder = try TemporaryFolder()
        _ = try Shell.run("'\(try BuiltProgram.path)' --experimental-dump-help > '\(folder("help"))'")
        let dump = try JSONDecoder().decode(Dump.self, from: Data(contentsOf: URL(fileURLWithPath: folder("help"))))
        // `help` is in the synopsis.
        commands = (dump.command.subcommands ?? []).filter { $0.commandName != "help" }
    }

    @Test func `has a section for every command, and for no other`() {
        #expect(!commands.isEmpty)
        #expect(sections.keys.sorted() == (commands.map(\.commandName) + ["run-step"]).sorted())
    }

    @Test func `has every option of each command in its section, and no other`() {
        for command in commands {
            let options = (command.arguments ?? []).flatMap { $0.names ?? [] }
                .map { $0.kind == "long" ? "Fl -\($0.name)" : "Fl \($0.name)" }
            let known = Set(options).subtracting(["Fl -version", "Fl -help", "Fl h"])
            let section = sections[command.commandName] ?? ""
            let written = Set(section.matches(of: /Fl -?[a-z0-9-]+/).map { String($0.output) })
            #expect(written == known, "\(command.commandName)")
        }
    }
}
