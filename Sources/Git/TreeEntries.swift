internal import Foundation

/// The files of a commit, as `git ls-tree -r -z` prints them, in the order of their paths.
///
/// A large tree has 100,000 files, so the entries are read in place: in the output a zero byte ends each path, as system
/// calls need it.
struct TreeEntries {
    /// What a path is in the commit.
    enum Kind {
        case file
        case link
        case submodule
    }

    private let output: [UInt8]

    init(_ output: [UInt8]) {
        self.output = output
    }

    /// Calls `body` with the kind and the path of each entry.
    func forEach(_ body: (Kind, _ path: UnsafeBufferPointer<UInt8>) throws -> Void) rethrows {
        try output.withUnsafeBufferPointer { bytes in
            var position = 0
            while position < bytes.count {
                // 100644 blob OBJECT\tPATH\0
                guard let tab = bytes[position...].firstIndex(of: UInt8(ascii: "\t")),
                    let end = bytes[tab...].firstIndex(of: 0)
                else { return }
                let kind: Kind =
                    switch (bytes[position], bytes[position + 1]) {
                    case (UInt8(ascii: "1"), UInt8(ascii: "2")): .link
                    case (UInt8(ascii: "1"), UInt8(ascii: "6")): .submodule
                    default: .file
                    }
                try body(kind, UnsafeBufferPointer(rebasing: bytes[(tab + 1)..<end]))
                position = end + 1
            }
        }
    }
}
