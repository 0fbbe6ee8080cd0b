internal import CFastCGI
internal import Foundation

/// An accepted connection with a single request. Owns the `FCGX_Request` of libfcgi, which must not move in memory,
/// because the streams point back to the structure.
///
/// A connection never serves a second request, even if the web server asks for that: libfcgi would bind a thread to the
/// connection. `Connection` closes the descriptor, not libfcgi, whose lingering close costs three system calls and up
/// to 2 s.
final class Connection: @unchecked Sendable {
    private let raw: UnsafeMutablePointer<FCGX_Request>

    /// Takes over the accepted `descriptor` and reads the beginning and the parameters of the request (FastCGI 1.0
    /// §5.1, §5.2). Closes the descriptor and returns `nil` if the peer does not speak FastCGI, disconnects, or asks
    /// for a role other than Responder.
    init?(accepted descriptor: Int32) {
        raw = .allocate(capacity: 1)
        FCGX_InitRequest(raw, -1, 0)
        raw.pointee.ipcFd = descriptor
        // With this set, FCGX_Accept_r takes the open connection instead of accepting one.
        raw.pointee.keepConnection = 1
        // If libfcgi does close the connection, this makes it close at once. Otherwise libfcgi would wait for the peer
        // to close, and start to wait again with every byte from the peer.
        raw.pointee.detached = 1
        // After parameters that were cut short, FCGX_Accept_r still returns 0: only the stream's error shows the cut.
        guard FCGX_Accept_r(raw) == 0, FCGX_GetError(raw.pointee.in) == 0 else { return nil }
        raw.pointee.keepConnection = 1
        guard raw.pointee.role == FCGI_RESPONDER else {
            rejectRole()
            return nil
        }
    }

    deinit {
        FCGX_Free(raw, 0)
        close()
        raw.deallocate()
    }

    /// A copy of the parameters: libfcgi frees its own with the request.
    var params: Params { Params(environment: raw.pointee.envp) }

    /// Reads the body to its end: at most `limit` bytes, and exactly as many as the content length in `params` says, if
    /// there is one.
    func readBody(_ params: Params, limit: Int) -> Result<Data, Request.BodyError> {
        let length: Int?
        do {
            length = try Request.contentLength(in: params, limit: limit)
        } catch {
            discardInput()
            return .failure(error)
        }
        return if let length { readBody(length: length, limit: limit) } else { readStream(limit: limit) }
    }

    private func readBody(length: Int, limit: Int) -> Result<Data, Request.BodyError> {
        // Asks for one byte more than the content length, so as to reach the end of the stream or find an excess byte.
        guard let buffer = Self.buffer(length + 1) else { return .failure(.tooLarge(limit: limit)) }
        let count = FCGX_GetStr(buffer.assumingMemoryBound(to: CChar.self), Int32(length + 1), raw.pointee.in)
        guard count == length, FCGX_GetError(raw.pointee.in) == 0 else {
            free(buffer)
            if count > length { discardInput() }
            return .failure(.malformed(Self.mismatch(count, length)))
        }
        return .success(Data(bytesNoCopy: buffer, count: length, deallocator: .free))
    }

    /// Reads a body without a content length. The end of the stream ends the body (FastCGI 1.0 §5.3).
    private func readStream(limit: Int) -> Result<Data, Request.BodyError> {
        var body = Data()
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            var count = Int32(buffer.count)
            while count == buffer.count, body.count <= limit {
                count = FCGX_GetStr(buffer.baseAddress, Int32(buffer.count), raw.pointee.in)
                body.append(contentsOf: UnsafeRawBufferPointer(buffer).prefix(Int(count)))
            }
        }
        guard body.count <= limit else {
            discardInput()
            return .failure(.tooLarge(limit: limit))
        }
        guard FCGX_GetError(raw.pointee.in) == 0 else { return .failure(.malformed(Self.noEnd)) }
        return .success(body)
    }

    /// Allocates memory for a body; the caller frees it. The system provides pages only when they are written to, so
    /// that a large content length without a body costs nothing. A large body gets huge pages if the system has them
    /// (madvise(2)): thousands of small pages would cost as much time as the verification of the signature.
    private static func buffer(_ size: Int) -> UnsafeMutableRawPointer? {
        let hugePage = 2 << 20
        guard size > 2 * hugePage else { return malloc(size) }
        guard let buffer = aligned_alloc(hugePage, size) else { return nil }
        madvise(buffer, size, MADV_HUGEPAGE)
        return buffer
    }

    private static let noEnd = "the body has no end-of-stream record"

    private static func mismatch(_ count: Int32, _ length: Int) -> String {
        if count == length { return noEnd }
        return "the body is \(count < length ? "shorter" : "longer") than its content length"
    }

    /// Sends `response` and ends the request (FastCGI 1.0 §5.5). Does not report a peer that has gone.
    func send(_ response: Response) {
        response.serializedBytes.withUnsafeBufferPointer { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { bytes in
                _ = FCGX_PutStr(bytes.baseAddress, Int32(bytes.count), raw.pointee.out)
            }
        }
        FCGX_Finish_r(raw)
        close()
    }

    /// Reads and discards the rest of the body. Closing a unix socket with unread input resets the connection, and the
    /// peer loses the reply.
    private func discardInput() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            let capacity = Int32(buffer.count)
            while FCGX_GetStr(buffer.baseAddress, capacity, raw.pointee.in) == capacity {}
        }
    }

    /// Answers a request for a role other than Responder with `FCGI_UNKNOWN_ROLE` (FastCGI 1.0 §5.5).
    private func rejectRole() {
        let id = raw.pointee.requestId
        let header: [UInt8] = [
            UInt8(FCGI_VERSION_1), UInt8(FCGI_END_REQUEST), UInt8(id >> 8 & 0xff), UInt8(id & 0xff), 0, 8, 0, 0,
        ]
        let body: [UInt8] = [0, 0, 0, 0, UInt8(FCGI_UNKNOWN_ROLE), 0, 0, 0]
        _ = Foundation.send(raw.pointee.ipcFd, header + body, 16, Int32(MSG_NOSIGNAL))
    }

    private func close() {
        guard raw.pointee.ipcFd >= 0 else { return }
        Foundation.close(raw.pointee.ipcFd)
        raw.pointee.ipcFd = -1
    }
}
