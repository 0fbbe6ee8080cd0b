internal import Git

/// Reads the URL of a remote. The name of the repository must be components with slashes between them, and must equal
/// itself when read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let url = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    guard let name = RepositoryName(url: url) else { return 0 }
    let components = name.description.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    precondition(components.allSatisfy { !$0.isEmpty }, "an empty component")
    precondition(name.hasOwner == (components.count > 1), "an owner that is not there")
    precondition(name.matches(name.description) && name.canBe(name), "another repository than itself")
    precondition(!name.hasOwner || RepositoryName(name.description) == name, "not the same again")
    return 0
}
