<?php
// The deploy script that many sites have: verifies the signature and pulls.
$secret = '@SECRET@';
$site = '@SITE@';

$body = file_get_contents('php://input');
$signature = $_SERVER['HTTP_X_HUB_SIGNATURE_256'] ?? '';
if (!hash_equals('sha256=' . hash_hmac('sha256', $body, $secret), $signature)) {
    http_response_code(403);
    exit('wrong signature');
}

$payload = json_decode($body, true);
if (($payload['ref'] ?? '') !== 'refs/heads/main') {
    exit('another branch');
}

exec('cd ' . escapeshellarg($site) . ' && git pull --quiet 2>&1', $output, $status);
if ($status !== 0) {
    http_response_code(500);
}
echo implode("\n", $output);
