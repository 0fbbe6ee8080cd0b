import Foundation

/// The program that was built with the tests.
package enum BuiltProgram {
    /// The path of `bellpull`, in the same folder as the tests.
    package static var path: String {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let path = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("bellpull").path
            guard access(path, X_OK) == 0 else { throw Trouble("there is no \(path)") }
            return path
        }
    }
}
