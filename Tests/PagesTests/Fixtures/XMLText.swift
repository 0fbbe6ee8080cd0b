import Foundation
import TestSupport

/// Checks XML with Python's parser.
enum XMLText {
    static func isWellFormed(_ text: String) -> Bool {
        guard let folder = try? TemporaryFolder(),
            (try? Data(text.utf8).write(to: URL(fileURLWithPath: folder("x")))) != nil
        else { return false }
        let check = "python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' \(folder("x"))"
        return (try? Shell.run(check).isSuccess) == true
    }
}
