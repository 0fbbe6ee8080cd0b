internal import Git

/// Reads the URL of a remote. The name of the repository must be an owner, a slash and a name, and must equal itself
/// when read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let url = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    guard let name = RepositoryName(url: url) else { return 0 }
    let components = name.description.split(separator: "/", omittingEmptySubsequences: false)
    precondition(components.count == 2 && components.allSatisfy { !$0.isEmpty }, "not an owner and a name")
    precondition(name.matches(name.description) && RepositoryName(name.description) == name, "not the same again")
    return 0
}
