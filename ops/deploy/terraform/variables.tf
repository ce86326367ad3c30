variable "name" {
  description = "Prefix of all names and tags."
  type        = string
  default     = "flashq"
}

variable "cidr" {
  description = "Network of the VPC; each subnet gets a 256th of it."
  type        = string
  default     = "10.0.0.0/16"
}

variable "zones" {
  description = "Three availability zones of one region: a majority is left when one of them is lost."
  type        = list(string)
  default     = ["us-east-1a", "us-east-1b", "us-east-1c"]

  validation {
    condition     = length(distinct(var.zones)) == 3
    error_message = "A cluster of three nodes takes three different zones."
  }
}

variable "client_cidrs" {
  description = "Networks of the clients, who reach TCP (6789) and HTTP (6790)."
  type        = list(string)
  default     = ["10.0.0.0/16"]
}

variable "monitoring_cidrs" {
  description = "Networks of monitoring, which reaches health and metrics (ops.port, 6792) and nothing else."
  type        = list(string)
  default     = ["10.0.9.0/24"]
}

variable "endpoints" {
  description = "Services that nodes reach inside the VPC, for there is no way to the internet; none with []."
  type        = list(string)
  default     = ["secretsmanager"]
}

variable "s3_endpoint" {
  description = "Whether nodes reach S3, as for packages and copies of data folders."
  type        = bool
  default     = false
}
