package dev.sluice.chaos.surroundings;

/** How the checker reaches S3. Does not print its secret. */
public record S3Access(String endpoint, String region, String accessKey, String secretKey) {
    @Override
    public String toString() {
        return "S3Access[endpoint=" + endpoint + ", accessKey=" + accessKey + "]";
    }
}
