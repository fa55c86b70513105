"""The ports on AWS: S3, DynamoDB and Step Functions."""
