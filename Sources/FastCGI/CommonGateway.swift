internal import Foundation

/// Plain CGI (RFC 3875): the web server starts the program for one request, which is in the environment and on standard
/// input; the reply goes to standard output.
public enum CommonGateway {
    /// Whether this process was started by a web server to answer one request.
    public static var isCurrent: Bool {
        getenv("GATEWAY_INTERFACE") != nil && !ListeningSocket.isInherited
    }

    /// Lets `responder` answer the request this process was started for.
    ///
    /// - Parameters:
    ///   - responder: what answers, perhaps later than this returns.
    ///   - bodyLimit: the largest body read, in bytes.
    public static func serve(_ responder: any Responder, bodyLimit: Int) {
        let params = Params(environment: environ)
        let request = Request(params: params, body: body(announced: params, limit: bodyLimit))
        let exchange = Exchange { response in
            // A server that has gone is no error of ours, and no reason to leave a deployment half done.
            try? FileHandle.standardOutput.write(contentsOf: Data(response.serialized.utf8))
            // The server takes the end of output for the end of the reply, while a deployment may go on here.
            let null = open("/dev/null", O_WRONLY)
            dup2(null, STDOUT_FILENO)
            close(null)
        }
        responder.respond(to: request, through: exchange)
    }

    /// Reads as much as was announced and no further (RFC 3875 §4.2): a server need not end the stream there.
    private static func body(announced params: Params, limit: Int) -> Result<Data, Request.BodyError> {
        do throws(Request.BodyError) {
            let length = try Request.announcedLength(in: params, limit: limit)
            var body = Data()
            while body.count < length {
                guard let piece = try? FileHandle.standardInput.read(upToCount: length - body.count), !piece.isEmpty
                else { throw .malformed("the body is shorter than its announced length") }
                body += piece
            }
            return .success(body)
        } catch {
            return .failure(error)
        }
    }
}
