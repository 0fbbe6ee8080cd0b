internal import Foundation

/// Plain CGI (RFC 3875): the web server starts the program once per request. The parameters are in the environment, the
/// body is on standard input, and the reply goes to standard output.
public enum CommonGateway {
    /// Whether a web server started this process to answer one request.
    public static var isCurrent: Bool {
        getenv("GATEWAY_INTERFACE") != nil && !ListeningSocket.isInherited
    }

    /// Lets `responder` answer the request of this process.
    ///
    /// - Parameters:
    ///   - responder: answers the request, perhaps after this function has returned.
    ///   - bodyLimit: the maximum length of the body, in bytes.
    public static func serve(_ responder: any Responder, bodyLimit: Int) {
        let params = Params(environment: environ)
        let request = Request(params: params, body: readBody(params, limit: bodyLimit))
        let exchange = Exchange { response in
            // A web server that has gone is not an error, and no reason to stop a deployment halfway.
            try? FileHandle.standardOutput.write(contentsOf: Data(response.serialized.utf8))
            // Closes the output, which ends the reply for the web server, while a deployment may continue.
            let null = open("/dev/null", O_WRONLY)
            dup2(null, STDOUT_FILENO)
            close(null)
        }
        responder.respond(to: request, through: exchange)
    }

    /// Reads exactly as many bytes as the content length says (RFC 3875 §4.2): the web server need not end the stream
    /// after the body.
    private static func readBody(_ params: Params, limit: Int) -> Result<Data, Request.BodyError> {
        do throws(Request.BodyError) {
            let length = try Request.contentLength(in: params, limit: limit)
            var body = Data()
            while body.count < length {
                guard let piece = try? FileHandle.standardInput.read(upToCount: length - body.count), !piece.isEmpty
                else { throw .malformed("the body is shorter than its content length") }
                body += piece
            }
            return .success(body)
        } catch {
            return .failure(error)
        }
    }
}
