package dev.flashq.security;

/** Who a token belongs to. */
public record Identity(String name) {}
