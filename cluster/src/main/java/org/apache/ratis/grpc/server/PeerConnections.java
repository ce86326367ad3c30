package org.apache.ratis.grpc.server;

import java.io.IOException;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerRpc;

/**
 * Lets a connection to a returned peer be tried now. In Ratis's package because the class of its
 * connections is not public; the alternative is reflection, which would only fail at run time.
 */
public final class PeerConnections {
  private PeerConnections() {}

  /** Does nothing when the peer is connected or being connected. */
  public static void call(RaftServerRpc rpc, RaftPeerId peer) throws IOException {
    if (rpc instanceof GrpcServicesImpl grpc) {
      grpc.getProxies().getProxy(peer).resetConnectBackoff();
    }
  }
}
