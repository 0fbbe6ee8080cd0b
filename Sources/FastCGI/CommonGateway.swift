internal import Foundation

/// Plain CGI (RFC 3875): the web server starts the program once per request. The parameters are in the environment, the
/// body is on standard input, and the reply goes to standard output.
public enum CommonGateway {
    /// Whether a web server started this process to answer one request.
    public static var isCurrent: Bool {
        getenv("GATEWAY_INTERFACE") != nil && !ListeningSocket.isInherited
    }

    /// Continues in a child process, so that the web server cannot end a deployment after the reply. Call first of all,
    /// before the process has a second thread.
    public static func continueInBackground() { Detachment.begin() }

    /// How long a web server may be silent within a body of unknown length.
    private static let silence = Duration.milliseconds(2500)

    /// Lets `responder` answer the request of this process.
    ///
    /// A deployment may continue after the reply. mod_cgi and fcgiwrap end the reply only when nobody holds their pipes
    /// any more, so the descriptors 0 and 1 become /dev/null with the reply. The descriptor 2 follows when the reply is
    /// logged, but only if the descriptor is a pipe or a socket of the web server: a log file keeps all lines. The lines
    /// of a deployment that continues are then lost; the ledger has the deployment's result and output.
    ///
    /// - Parameters:
    ///   - responder: answers the request, perhaps after this function has returned.
    ///   - bodyLimit: the maximum length of the body, in bytes.
    ///   - flushLog: waits until the log lines are written. Called before the descriptor 2 becomes /dev/null.
    public static func serve(
        _ responder: any Responder, bodyLimit: Int, flushLog: @escaping @Sendable () -> Void
    ) {
        let params = Params(environment: environ)
        let request = Request(params: params, body: readBody(params, limit: bodyLimit))
        let exchange = Exchange {
            guard isPipe(STDERR_FILENO) else { return }
            flushLog()
            detach([STDERR_FILENO])
        } send: { response in
            // A web server that has gone is not an error, and no reason to stop a deployment halfway.
            try? FileHandle.standardOutput.write(contentsOf: Data(response.serializedBytes))
            detach([STDIN_FILENO, STDOUT_FILENO])
            Detachment.end()
        }
        responder.respond(to: request, through: exchange)
    }

    /// Replaces `descriptors` by /dev/null. The numbers stay in use, so that no other file gets them.
    private static func detach(_ descriptors: [Int32]) {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { return }
        for descriptor in descriptors { dup2(null, descriptor) }
        close(null)
    }

    private static func isPipe(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    }

    /// Reads exactly as many bytes as the content length says (RFC 3875 §4.2): the web server need not end the stream
    /// after the body. If the server does not know the length of a POST's body, the end of the stream ends the body.
    ///
    /// Reads also a body that is refused: mod_cgid loses the reply of a program that leaves input unread.
    private static func readBody(_ params: Params, limit: Int) -> Result<Data, Request.BodyError> {
        do throws(Request.BodyError) {
            if let length = try Request.contentLength(in: params, limit: limit) { return try .success(read(length)) }
            let method = try? params.value(of: "REQUEST_METHOD")
            return try .success(method == "POST" ? readStream(limit: limit) : Data())
        } catch {
            discardInput()
            return .failure(error)
        }
    }

    private static func read(_ length: Int) throws(Request.BodyError) -> Data {
        var body = Data()
        while body.count < length {
            guard let piece = try? FileHandle.standardInput.read(upToCount: length - body.count), !piece.isEmpty
            else { throw .malformed("the body is shorter than its content length") }
            body += piece
        }
        return body
    }

    private static func readStream(limit: Int) throws(Request.BodyError) -> Data {
        var body = Data()
        while let piece = nextPiece() {
            body += piece
            guard body.count <= limit else { throw .tooLarge(limit: limit) }
        }
        return body
    }

    private static func discardInput() {
        while nextPiece() != nil {}
    }

    /// Returns the next piece of the input, or `nil` at the end, after an error or after `silence`.
    private static func nextPiece() -> Data? {
        var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, Int32(silence / .milliseconds(1))) == 1 else { return nil }
        // Unlike read(2), FileHandle waits until it has as many bytes as it was asked for.
        return withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
            let count = Foundation.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
            return count > 0 ? Data(buffer.prefix(count)) : nil
        }
    }
}
