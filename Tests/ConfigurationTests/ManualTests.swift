import Foundation
import Testing

@testable import Configuration

/// `man/bellpull.toml.5`.
@Suite struct `bellpull.toml(5)` {
    private let main: Set<String>
    private let site: Set<String>

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../man/bellpull.toml.5").standardized
        let sections = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n.Sh ")
        func keys(_ title: String) -> Set<String> {
            let section = sections.first { $0.hasPrefix(title) } ?? ""
            let items = section.split(separator: "\n").filter { $0.hasPrefix(".It Sy ") }
            return Set(items.flatMap { $0.dropFirst(7).components(separatedBy: " , ") })
        }
        main = keys("KEYS OF THE MAIN FILE\n")
        site = keys("KEYS OF A SITE\n")
    }

    @Test func `describes every key of the main file, and no other`() {
        #expect(main == Set(Key.ofMainFile.map(\.name)))
    }

    @Test func `describes every key of a site, and no other`() {
        #expect(site == Set(Key.ofSiteTable.map(\.name)))
    }
}
