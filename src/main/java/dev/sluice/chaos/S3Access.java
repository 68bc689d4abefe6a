package dev.sluice.chaos;

/** How the checker reaches S3. Does not print its secret. */
record S3Access(String endpoint, String region, String accessKey, String secretKey) {
    @Override
    public String toString() {
        return "S3Access[endpoint=" + endpoint + ", accessKey=" + accessKey + "]";
    }
}
