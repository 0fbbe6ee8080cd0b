/* HMAC_CTX is deprecated for EVP_MAC in OpenSSL 3, which has no key that is prepared once and copied as cheaply. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
