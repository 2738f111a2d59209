//! The types of Bedrock's errors: <https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html> and those of
//! each operation.

/// An error's type, without what is around it, and the status by which it is understood: not all come with the status
/// that says what they mean (a quota with 400), and in a stream they come with none.
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
    // As the status that asks for payment: it is the account's limit, and waiting a little does not help.
    ("ServiceQuotaExceededException", 402),
    ("ThrottlingException", 429),
    ("TooManyRequestsException", 429),
    ("ValidationException", 400),
];

/// The status of an error of this type, if it is known. In a stream the first letter is small.
pub(crate) fn status(kind: &str) -> Option<u16> {
    let (_, status) = STATUSES.iter().find(|(known, _)| known.eq_ignore_ascii_case(kind))?;
    Some(*status)
}
