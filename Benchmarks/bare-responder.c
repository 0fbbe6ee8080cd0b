// The baseline: the least that a libfcgi responder can do to verify a push and to answer. Takes one request per connection,
// reads the whole body, compares the HMAC, and answers `{}` or 401.
//
//     GITHUB_SECRET=… bare-responder [SOCKET [THREADS]]     without SOCKET, listens on descriptor 0

#include <fcgiapp.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { largestBody = 1 << 20, digestLength = 32 };

static const char *secret;
static int listener;

static int isSigned(const char *signature, const char *body, int length) {
    static const char prefix[] = "sha256=";
    static const char digits[] = "0123456789abcdef";
    const size_t prefixLength = sizeof prefix - 1;
    unsigned char digest[digestLength];
    char expected[2 * digestLength];

    if (!signature || strlen(signature) != prefixLength + sizeof expected) return 0;
    if (strncmp(signature, prefix, prefixLength) != 0) return 0;
    if (!HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)body, (size_t)length, digest, NULL))
        return 0;
    for (int i = 0; i < digestLength; i++) {
        expected[2 * i] = digits[digest[i] >> 4];
        expected[2 * i + 1] = digits[digest[i] & 15];
    }
    return CRYPTO_memcmp(signature + prefixLength, expected, sizeof expected) == 0;
}

static void *respond(void *unused) {
    (void)unused;
    FCGX_Request request;
    char *body = malloc(largestBody);
    if (!body || FCGX_InitRequest(&request, listener, 0) != 0) exit(EXIT_FAILURE);

    while (FCGX_Accept_r(&request) == 0) {
        int length = FCGX_GetStr(body, largestBody, request.in);
        if (isSigned(FCGX_GetParam("HTTP_X_HUB_SIGNATURE_256", request.envp), body, length))
            FCGX_PutS("Status: 200 OK\r\nContent-Type: application/json\r\n\r\n{}", request.out);
        else
            FCGX_PutS("Status: 401 Unauthorized\r\nContent-Type: application/json\r\n\r\n{}", request.out);
        FCGX_Finish_r(&request);
    }
    free(body);
    return NULL;
}

int main(int count, char **arguments) {
    secret = getenv("GITHUB_SECRET");
    if (!secret || !*secret) {
        fputs("bare-responder: error: GITHUB_SECRET is not set\n", stderr);
        return 64;
    }
    if (FCGX_Init() != 0) return EXIT_FAILURE;
    if (count > 1) listener = FCGX_OpenSocket(arguments[1], 1024);
    if (listener < 0) return EXIT_FAILURE;

    for (int others = (count > 2 ? atoi(arguments[2]) : 1) - 1; others > 0; others--) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, respond, NULL) != 0) return EXIT_FAILURE;
    }
    respond(NULL);
    return EXIT_SUCCESS;
}
