/* OpenSSL 3 deprecates HMAC_CTX in favour of EVP_MAC, but copying a prepared key is more expensive with EVP_MAC. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
