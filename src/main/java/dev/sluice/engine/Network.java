package dev.sluice.engine;

/** Which network a call is for. */
enum Network {
    DENOISER,
    GUIDE
}
