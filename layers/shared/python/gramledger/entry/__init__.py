"""What turns an event (HTTP, Step Functions, S3) into a call of one use case, and its result into an answer."""
