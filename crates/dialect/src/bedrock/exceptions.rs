//! The types of Bedrock's errors: <https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html> and those of each
//! operation.

/// The bare type of an error, and the status that expresses its meaning: some errors come with another status (a quota with
/// 400), and those in a stream come with none.
const STATUSES: [(&str, u16); 24] = [
    ("AccessDeniedException", 403),
    ("ExpiredTokenException", 403),
    ("ExpiredToken", 403),
    ("IncompleteSignature", 403),
    ("IncompleteSignatureException", 403),
    ("InvalidClientTokenId", 403),
    ("InvalidSignatureException", 403),
    ("MissingAuthenticationToken", 403),
    ("MissingAuthenticationTokenException", 403),
    ("NotAuthorized", 403),
    ("OptInRequired", 403),
    ("SignatureDoesNotMatch", 403),
    ("UnrecognizedClientException", 403),
    ("InternalServerException", 500),
    ("ModelErrorException", 500),
    ("ModelStreamErrorException", 500),
    ("ModelNotReadyException", 503),
    ("ServiceUnavailableException", 503),
    ("ModelTimeoutException", 504),
    ("ResourceNotFoundException", 404),
    // 402 because it is the account's limit: waiting a little does not help.
    ("ServiceQuotaExceededException", 402),
    ("ThrottlingException", 429),
    ("TooManyRequestsException", 429),
    ("ValidationException", 400),
];

/// The status of an error of this type, if it is known. In a stream the first letter is in lower case.
pub(crate) fn status(kind: &str) -> Option<u16> {
    let (_, status) = STATUSES.iter().find(|(known, _)| known.eq_ignore_ascii_case(kind))?;
    Some(*status)
}
