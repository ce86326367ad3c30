package dev.flashq.transport.http;

import dev.flashq.protocol.Limits;
import dev.flashq.transport.connection.Connection;
import dev.flashq.transport.connection.Listener;
import dev.flashq.transport.connection.ListenerSettings;
import dev.flashq.transport.connection.Protocol;
import dev.flashq.transport.connection.TransportContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.net.InetSocketAddress;

/** Serves the HTTP API, or nothing but the pages for operators, on one address. */
public final class HttpServer implements AutoCloseable {
  private static final int THREADS = 1;

  private final OpsPages ops;
  private final Listener listener;

  private HttpServer(
      ListenerSettings settings, TransportContext context, OpsEndpoints ops, boolean pagesOnly) {
    this.ops = new OpsPages(ops);
    Http http = new Http(new Responses(context.stats), pagesOnly);
    this.listener = new Listener(settings, context, http);
  }

  public HttpServer(ListenerSettings settings, TransportContext context, OpsEndpoints ops) {
    this(settings, context, ops, false);
  }

  /** Serves health and metrics, for which nobody needs a token, and nothing else. */
  public static HttpServer ofPages(
      ListenerSettings settings, TransportContext context, OpsEndpoints ops) {
    return new HttpServer(settings, context, ops, true);
  }

  public static ListenerSettings at(InetSocketAddress address) {
    return new ListenerSettings("http", address, THREADS, Limits.HTTP_IDLE_MS);
  }

  public static ListenerSettings pagesAt(InetSocketAddress address) {
    return new ListenerSettings("ops", address, THREADS, Limits.HTTP_IDLE_MS);
  }

  /** HTTP as it is spoken at the port. */
  private final class Http implements Listener.Dialect {
    private final Responses responses;
    private final boolean pagesOnly;

    Http(Responses responses, boolean pagesOnly) {
      this.responses = responses;
      this.pagesOnly = pagesOnly;
    }

    @Override
    public boolean forwarding() {
      return true;
    }

    @Override
    public void addCodec(ChannelPipeline pipeline) {
      HttpDecoderConfig decoding =
          new HttpDecoderConfig()
              .setMaxInitialLineLength(Limits.HTTP_LINE_BYTES)
              .setMaxHeaderSize(Limits.HTTP_HEADER_BYTES);
      pipeline.addLast(new HttpRequestDecoder(decoding)).addLast(new HttpResponseEncoder());
    }

    @Override
    public Protocol protocol(Connection connection) {
      return new HttpProtocol(connection, responses, ops, pagesOnly);
    }
  }

  /** Begins to listen, and answers the port. */
  public int start() {
    return listener.start();
  }

  /** It has changed who may do what. For any thread; returns at once. */
  public void recheck() {
    listener.recheck();
  }

  /** Connections that are open. */
  public int connections() {
    return listener.connections();
  }

  /**
   * Accepts nobody any more, answers what is open, and closes the connections gently; takes a
   * bounded time.
   */
  @Override
  public void close() {
    listener.close();
    ops.close();
  }
}
