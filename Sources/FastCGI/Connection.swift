internal import CFastCGI
internal import Foundation

/// One accepted connection and the one request on it; owns the C library's `FCGX_Request`, whose streams point back to
/// it, so that it must stay where it is.
///
/// The connection is never kept for a second request, whatever the web server asks for: libfcgi would pin a thread to
/// it. It is closed here and not by libfcgi, whose lingering close costs three system calls and up to 2 s.
final class Connection: @unchecked Sendable {
    private let raw: UnsafeMutablePointer<FCGX_Request>

    /// Takes over the accepted `descriptor` and reads a request's beginning and parameters (FastCGI 1.0 §5.1, §5.2).
    /// Returns `nil`, and has closed it, if the peer speaks no FastCGI, goes away or asks for a role other than
    /// Responder.
    init?(accepted descriptor: Int32) {
        raw = .allocate(capacity: 1)
        FCGX_InitRequest(raw, -1, 0)
        raw.pointee.ipcFd = descriptor
        // With this set, FCGX_Accept_r takes the open connection instead of accepting one.
        raw.pointee.keepConnection = 1
        // Should libfcgi close it after all, it does so at once: it would wait for the peer to close, and wait again for
        // every byte that comes instead.
        raw.pointee.detached = 1
        // Parameters that were cut short it takes for all there are, but for the error.
        guard FCGX_Accept_r(raw) == 0, FCGX_GetError(raw.pointee.in) == 0 else { return nil }
        raw.pointee.keepConnection = 1
        guard raw.pointee.role == FCGI_RESPONDER else {
            refuseRole()
            return nil
        }
    }

    deinit {
        FCGX_Free(raw, 0)
        close()
        raw.deallocate()
    }

    /// The parameters, copied: libfcgi frees its own with the request.
    var params: Params { Params(environment: raw.pointee.envp) }

    /// Reads the body to its end: at most `limit` bytes, and exactly as many as announced.
    func body(announced params: Params, limit: Int) -> Result<Data, Request.BodyError> {
        let length: Int
        do {
            length = try Request.announcedLength(in: params, limit: limit)
        } catch {
            discardInput()
            return .failure(error)
        }
        // One byte more than announced is asked for, to meet the end of the stream or what should not be there.
        guard let buffer = Self.buffer(length + 1) else { return .failure(.tooLarge(limit: limit)) }
        let count = FCGX_GetStr(buffer.assumingMemoryBound(to: CChar.self), Int32(length + 1), raw.pointee.in)
        guard count == length, FCGX_GetError(raw.pointee.in) == 0 else {
            free(buffer)
            if count > length { discardInput() }
            return .failure(.malformed(Self.mismatch(count, length)))
        }
        return .success(Data(bytesNoCopy: buffer, count: length, deallocator: .free))
    }

    /// Memory for a body, to be freed. Its pages are taken as they are written to, so that an announcement alone costs
    /// nothing; those of a large body are huge where the system has such (madvise(2)), as thousands of small ones would cost
    /// as much as the proof.
    private static func buffer(_ size: Int) -> UnsafeMutableRawPointer? {
        let hugePage = 2 << 20
        guard size > 2 * hugePage else { return malloc(size) }
        guard let buffer = aligned_alloc(hugePage, size) else { return nil }
        madvise(buffer, size, MADV_HUGEPAGE)
        return buffer
    }

    private static func mismatch(_ count: Int32, _ length: Int) -> String {
        if count == length { return "the body did not come to its end" }
        return "the body is \(count < length ? "shorter" : "longer") than its announced length"
    }

    /// Sends `response` and ends the request (FastCGI 1.0 §5.5). A peer that has gone is no error of ours.
    func send(_ response: Response) {
        var text = response.serialized
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { bytes in
                _ = FCGX_PutStr(bytes.baseAddress, Int32(bytes.count), raw.pointee.out)
            }
        }
        FCGX_Finish_r(raw)
        close()
    }

    /// Reads the rest of the body away. A unix socket closed with input unread resets the peer, and loses the reply.
    private func discardInput() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            let capacity = Int32(buffer.count)
            while FCGX_GetStr(buffer.baseAddress, capacity, raw.pointee.in) == capacity {}
        }
    }

    /// Answers a request for another role than Responder with `FCGI_UNKNOWN_ROLE` (FastCGI 1.0 §5.5).
    private func refuseRole() {
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
