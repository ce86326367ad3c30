package dev.flashq.security.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.secrets.SecretException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RingFolderTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path folder;

  private static MasterKey master(int digit) throws SecretException {
    return LocalMasterKey.parse(Integer.toHexString(digit).repeat(64).getBytes(US_ASCII));
  }

  private record Held(List<MasterKey> keys) implements WrappingKeys {
    @Override
    public MasterKey newest() {
      return keys.getFirst();
    }

    @Override
    public byte[] unwrap(String id, byte[] wrapped) throws SecretException {
      for (MasterKey key : keys) {
        if (key.id().equals(id)) {
          return key.unwrap(wrapped);
        }
      }
      throw new SecretException("there is no master key " + id);
    }
  }

  private RingFolder open(MasterKey... keys) throws SecretException {
    return RingFolder.open(folder.resolve("ring"), new Held(List.of(keys)), RANDOM);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("ring"))) {
      return files.toList();
    }
  }

  @Test
  void aKeyIsThereAfterARestart() throws SecretException, IOException {
    RingKey made = open(master(1)).make(1);
    RingFolder again = open(master(1));
    assertThat(again.held()).containsExactly(made);
    byte[] clear = requireNonNull(again.key(1, made.id()));
    assertThat(RingKey.idOf(1, clear)).isEqualTo(made.id());
    assertThat(again.key(2, made.id())).isNull();
    assertThat(Files.getPosixFilePermissions(files().getFirst()))
        .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  }

  @Test
  void itIsWrappedAnewUnderANewerMasterKey() throws SecretException {
    RingKey made = open(master(1)).make(3);
    RingKey wrapped = open(master(2), master(1)).held().getFirst();
    assertThat(wrapped.masterKey()).isEqualTo(master(2).id());
    assertThat(wrapped.id()).isEqualTo(made.id());
    assertThat(open(master(2)).key(3, made.id())).isNotNull();
  }

  @Test
  void withoutItsMasterKeyTheFolderDoesNotOpen() throws SecretException {
    var _ = open(master(1)).make(1);
    assertThatThrownBy(() -> open(master(2)))
        .isInstanceOf(SecretException.class)
        .hasMessageContaining(master(1).id());
  }

  @Test
  void whatAnotherMemberTellsIsKeptIfItIsWhatItSays() throws SecretException {
    RingKey told =
        RingFolder.open(folder.resolve("other"), WrappingKeys.of(master(1)), RANDOM).make(4);
    RingFolder ring = open(master(2), master(1));
    ring.take(told);
    ring.take(told);
    assertThat(ring.held()).hasSize(1);
    assertThat(open(master(2)).key(4, told.id())).isNotNull();
    RingKey lie = new RingKey(5, told.id(), told.masterKey(), told.wrapped());
    assertThatThrownBy(() -> ring.take(lie)).isInstanceOf(SecretException.class);
  }

  @Test
  void thereIsRoomForAFewOnly() throws SecretException {
    RingFolder ring = open(master(1));
    for (int i = 1; i <= RingKeys.MAX; i++) {
      var _ = ring.make(i);
    }
    ring.take(RingFolder.open(folder.resolve("other"), WrappingKeys.of(master(1)), RANDOM).make(9));
    assertThat(ring.held()).hasSize(RingKeys.MAX);
    assertThatThrownBy(() -> ring.make(9)).isInstanceOf(SecretException.class);
    assertThat(open(master(1)).held()).hasSize(RingKeys.MAX);
  }

  @Test
  void oneThatIsDestroyedIsNowhere() throws SecretException, IOException {
    RingFolder ring = open(master(1));
    RingKey made = ring.make(1);
    byte[] clear = requireNonNull(ring.key(1, made.id()));
    ring.destroy(2, made.id());
    assertThat(files()).hasSize(1);
    ring.destroy(1, made.id());
    assertThat(files()).isEmpty();
    assertThat(ring.key(1, made.id())).isNull();
    assertThat(clear).containsOnly(0);
    assertThat(open(master(1)).held()).isEmpty();
  }

  @Test
  void oneWhoseDestructionWasCutOffIsGoneAfterTheNextStart() throws SecretException, IOException {
    RingFolder ring = open(master(1));
    RingKey gone = ring.make(1);
    RingKey other = ring.make(2);
    Path file = folder.resolve("ring").resolve("ring-1-" + gone.id() + ".key");
    Files.write(file, new byte[(int) Files.size(file)]);
    assertThat(open(master(1)).held()).containsExactly(other);
    assertThat(file).doesNotExist();
  }

  @Test
  void whatCannotBeWrittenOrDeletedIsToldAndWorksLater() throws SecretException, IOException {
    RingFolder ring = open(master(1));
    RingKey made = ring.make(1);
    Path away = Files.move(folder.resolve("ring"), folder.resolve("away"));
    assertThatThrownBy(() -> ring.make(2))
        .isInstanceOf(SecretException.class)
        .hasMessageContaining("cannot be written");
    assertThatThrownBy(() -> ring.destroy(1, made.id()))
        .isInstanceOf(SecretException.class)
        .hasMessageContaining("cannot be deleted");
    assertThat(ring.held()).containsExactly(made);
    Files.move(away, folder.resolve("ring"));
    Files.delete(files().getFirst());
    ring.destroy(1, made.id());
    assertThat(ring.held()).isEmpty();
    assertThat(open(master(1)).held()).isEmpty();
    assertThat(ring.make(2).number()).isEqualTo(2);
  }

  @Test
  void aFileThatIsNoneIsNamed() throws SecretException, IOException {
    RingKey made = open(master(1)).make(1);
    Path file = files().getFirst();
    for (String text :
        List.of(
            "", "rubbish", new String(made.toText(), US_ASCII).replace("number 1", "number x"))) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> open(master(1)))
          .isInstanceOf(SecretException.class)
          .hasMessageContaining("is no ring key");
    }
  }
}
