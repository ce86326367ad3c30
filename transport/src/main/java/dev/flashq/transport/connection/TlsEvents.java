package dev.flashq.transport.connection;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a connection what happens to its TLS as if it were plain. */
@SuppressWarnings("FutureReturnValueIgnored") // Whoever listens is told.
final class TlsEvents extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(TlsEvents.class);

  private final Connection connection;
  private boolean inputEnded;

  TlsEvents(Connection connection) {
    this.connection = connection;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    switch (event) {
      case SslHandshakeCompletionEvent handshake when handshake.isSuccess() -> agreed(ctx);
      case SslHandshakeCompletionEvent handshake -> failed(handshake.cause());
      case SslCloseCompletionEvent close when close.isSuccess() -> {
        // What may follow the client's goodbye can never be deciphered.
        Drain.begin(connection.channel());
        inputHasEnded(ctx);
      }
      case ChannelInputShutdownEvent _ -> inputHasEnded(ctx);
      default -> ctx.fireUserEventTriggered(event);
    }
  }

  private void agreed(ChannelHandlerContext ctx) {
    connection.context().stats.tlsConnections.increment();
    SslHandler tls = ctx.pipeline().get(SslHandler.class);
    try {
      connection.proves(tls.engine().getSession().getPeerPrincipal().getName());
    } catch (SSLPeerUnverifiedException _) {
      LOG.trace("a client without a certificate");
    }
  }

  /** The client may read why, before the connection closes. */
  private void failed(Throwable cause) {
    connection.context().stats.handshakeFailures.increment();
    LOG.debug("No handshake with {}: {}", connection.clientAddress(), reason(cause));
    Drain.begin(connection.channel());
  }

  /** Not what the client has sent: it may be a token that it has sent to the wrong port. */
  private static String reason(Throwable cause) {
    return cause instanceof NotSslRecordException ? "this is no TLS" : cause.toString();
  }

  /** The goodbye of TLS, or the end of the connection below it, whichever comes first. */
  private void inputHasEnded(ChannelHandlerContext ctx) {
    if (!inputEnded) {
      inputEnded = true;
      ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  /**
   * Tells the client that nothing more comes, when everything written has gone: first by TLS, if
   * that is spoken.
   */
  static void endOutput(SocketChannel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      channel.shutdownOutput();
      return;
    }
    Drain.begin(channel);
    Future<?> said = tls.closeOutbound();
    said.addListener(_ -> channel.shutdownOutput());
  }
}
