package io.mlops4j.samples.service.grpc;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Closes connections above a limit when they are accepted. The builder of gRPC limits the calls of
 * a connection, but not the connections.
 */
final class LimitedServerChannel extends NioServerSocketChannel {
  private final int most;
  private final AtomicInteger open = new AtomicInteger();

  LimitedServerChannel(int most) {
    this.most = most;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws Exception {
    int before = accepted.size();
    if (super.doReadMessages(accepted) <= 0) {
      return 0;
    }
    Channel connection = (Channel) accepted.get(before);
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      accepted.remove(before);
      connection.unsafe().closeForcibly();
      return 0;
    }
    var unused = connection.closeFuture().addListener(closed -> open.decrementAndGet());
    return 1;
  }
}
