import Foundation

/// What is on the disk, and not only in memory.
package enum Disk {
    /// Returns whether a file has content without a place on the disk. Always false if the file system does not tell, or
    /// chooses the place at once (filefrag(8), `delalloc`).
    package static func lacks(_ path: String) throws -> Bool {
        try Shell.run("PATH=$PATH:/usr/sbin filefrag -v '\(path)'").output.contains("delalloc")
    }
}
