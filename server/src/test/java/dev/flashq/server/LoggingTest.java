package dev.flashq.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.flashq.server.config.ServerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Libraries may write what they send and get, below warnings. */
class LoggingTest {
  @AfterEach
  void asBefore() {
    Logging.configure(new ServerConfig.Log("text", "info"));
  }

  private static Level level(String logger) {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    return context.getLogger(logger).getEffectiveLevel();
  }

  @ParameterizedTest
  @ValueSource(strings = {"debug", "info", "warn"})
  void ofLibrariesNothingBelowWarningsIsShown(String level) {
    Logging.configure(new ServerConfig.Log("text", level));
    assertThat(level("software.amazon.awssdk.request")).isEqualTo(Level.WARN);
    assertThat(level("jdk.httpclient.HttpClient")).isEqualTo(Level.WARN);
    assertThat(level(Logger.ROOT_LOGGER_NAME)).isEqualTo(Level.WARN);
  }

  @Test
  void errorsAloneAreErrorsOfLibrariesToo() {
    Logging.configure(new ServerConfig.Log("text", "error"));
    assertThat(level("software.amazon.awssdk.request")).isEqualTo(Level.ERROR);
  }
}
