package dev.flashq.cluster.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import org.junit.jupiter.api.Test;

class HelloTest {
  @Test
  void arrivesAsItWasSaid() throws InvalidProtocolBufferException {
    Hello said =
        Words.of("n2").unixMs(1_700_000_000_000L).clockMs(1_700_000_000_123L).digest(9, -7).hello();

    assertThat(Hello.decode(said.encode())).isEqualTo(said);
  }

  @Test
  void whoHasAppliedNothingSaysSo() throws InvalidProtocolBufferException {
    Hello said =
        new Hello("n2", 5, 0, false, 1, -1, -1, Words.of("n2").hello().digest(), List.of());

    assertThat(Hello.decode(said.encode())).isEqualTo(said);
  }

  @Test
  void garbageIsNobodysWord() {
    assertThatThrownBy(() -> Hello.decode(ByteString.copyFromUtf8("\u0001garbage")))
        .isInstanceOf(InvalidProtocolBufferException.class);
    assertThatThrownBy(() -> Hello.decode(ByteString.EMPTY))
        .isInstanceOf(InvalidProtocolBufferException.class);
  }
}
