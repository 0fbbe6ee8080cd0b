internal import CFence
internal import Foundation

/// Tells the launcher whether its child has become the command. A successful execve(2) closes the pipe without a word.
struct SetupPipe {
    private let reading: Int32
    private let writing: Int32

    init() throws(FenceError) { (reading, writing) = try Self.ends() }

    /// Makes a pipe that no command inherits.
    static func ends() throws(FenceError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard linux_pipe(&ends) == 0 else { throw .system("make a pipe") }
        return (ends[0], ends[1])
    }

    /// In the child: runs `body` and writes its error.
    func report(_ body: () throws -> Void) {
        close(reading)
        do {
            try body()
        } catch {
            let error = error as? FenceError ?? .failed(action: "start the step", reason: "\(error)")
            let bytes = (try? JSONEncoder().encode(error)) ?? Data()
            _ = bytes.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
        }
    }

    /// In the child: closes the pipe. The launcher then knows of no error.
    func finish() { close(writing) }

    /// In the launcher: waits until the child has become the command. Throws the child's error.
    func awaitSuccess() throws {
        close(writing)
        defer { close(reading) }
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(reading, &buffer, buffer.count)
            if count > 0 { bytes += buffer[..<count] }
            guard count > 0 || (count < 0 && errno == EINTR) else { break }
        }
        if !bytes.isEmpty { throw try JSONDecoder().decode(FenceError.self, from: bytes) }
    }
}
