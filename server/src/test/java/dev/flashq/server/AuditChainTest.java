package dev.flashq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.security.SigningKey;
import dev.flashq.statemachine.AuditHead;
import dev.flashq.statemachine.audit.Block;
import dev.flashq.statemachine.log.AuditCodec;
import dev.flashq.statemachine.state.proto.StateProto.AuditBlock;
import dev.flashq.statemachine.state.proto.StateProto.AuditedCommand;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A trail of ten blocks with two records each, of which every second one is signed. */
class AuditChainTest {
  private static final int BLOCKS = 10;

  private final SigningKey key = SigningKey.create();
  private final List<String> lines = new ArrayList<>();

  AuditChainTest() {
    lines.add("key " + base64(key.publicHalf()));
    ByteString before = ByteString.EMPTY;
    for (int i = 0; i < BLOCKS; i++) {
      AuditBlock block = block(i, before);
      before = Block.hash(block.toByteArray());
      lines.add("block " + base64(block.toByteArray()));
      if (i % 2 == 1) {
        lines.add(signed(block, before, key));
      }
    }
    lines.add("head " + hex(before));
  }

  private static AuditBlock block(int i, ByteString before) {
    return AuditBlock.newBuilder()
        .setFirst(2L * i + 1)
        .setAt(1000L + 60_000L * i)
        .setBefore(before)
        .setIndex(100L + i)
        .addCommands(AuditedCommand.newBuilder().setAction(1))
        .addCommands(AuditedCommand.newBuilder().setAction(2))
        .build();
  }

  private static String signed(AuditBlock block, ByteString hash, SigningKey key) {
    var head =
        new AuditHead(
            block.getIndex(), block.getFirst() + 1, block.getAt(), hash, ByteString.EMPTY);
    byte[] signature = SigningKey.sign(key.privateHalf(), head.message());
    return "signed "
        + base64(AuditCodec.encode(head.signed(ByteString.copyFrom(signature))).toByteArray());
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static Optional<String> check(List<String> lines, String pinned) {
    var chain = new AuditChain(pinned);
    for (String line : lines) {
      Optional<String> wrong = chain.line(line);
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return chain.finished();
  }

  private static void finds(List<String> lines, String sentence) {
    assertThat(check(lines, "")).hasValueSatisfying(wrong -> assertThat(wrong).contains(sentence));
  }

  @Test
  void aWholeTrailIsSignedWithItsKey() {
    assertThat(check(lines, "")).isEmpty();
    assertThat(check(lines, base64(key.publicHalf()))).isEmpty();
    assertThat(check(lines, base64(SigningKey.create().publicHalf())))
        .hasValueSatisfying(wrong -> assertThat(wrong).contains("another key"));
    var chain = new AuditChain("");
    lines.forEach(chain::line);
    assertThat(chain.summary())
        .contains("20 records in 10 blocks", "signed up to record 20", base64(key.publicHalf()));
  }

  @Test
  void whatWasLeftOutOrMovedBreaksTheChain() {
    var without = new ArrayList<>(lines);
    without.remove(4);
    finds(without, "chain is broken");
    var swapped = new ArrayList<>(lines);
    swapped.set(1, lines.get(2));
    swapped.set(2, lines.get(1));
    finds(swapped, "chain is broken");
    finds(lines.subList(0, lines.size() - 1), "the head is missing");
    var noise = new ArrayList<>(lines);
    noise.set(3, "nothing");
    finds(noise, "a line is neither");
  }

  /** Who can compute hashes can make another chain, but no signatures. */
  @Test
  void aChainThatWasMadeAnewIsNotTheOneThatWasSigned() {
    var forged = new ArrayList<String>();
    ByteString before = ByteString.EMPTY;
    for (int i = 0; i < BLOCKS; i++) {
      AuditBlock block =
          block(i, before).toBuilder()
              .setCommands(0, AuditedCommand.newBuilder().setAction(i == 3 ? 7 : 1))
              .build();
      before = Block.hash(block.toByteArray());
      forged.add("block " + base64(block.toByteArray()));
      if (i % 2 == 1) {
        forged.add(lines.get(1 + i + (i + 1) / 2));
      }
    }
    forged.addFirst(lines.getFirst());
    forged.add("head " + hex(before));
    finds(forged, "record 8 is not the one that was signed");
  }

  @Test
  void aSignatureOfSomebodyElseIsNone() {
    AuditBlock first = block(0, ByteString.EMPTY);
    ByteString hash = Block.hash(first.toByteArray());
    finds(
        List.of(
            lines.getFirst(),
            "block " + base64(first.toByteArray()),
            signed(first, hash, SigningKey.create()),
            "head " + hex(hash)),
        "is not signed with the key");
  }

  @Test
  void aTrailThatWasCutOffAndGivenAnotherHeadIsFound() {
    AuditBlock first = block(0, ByteString.EMPTY);
    ByteString hash = Block.hash(first.toByteArray());
    finds(
        List.of(lines.getFirst(), lines.get(1), lines.get(3), "head " + hex(hash)),
        "cut off behind record 2: 4 is signed");
    finds(List.of(lines.getFirst(), lines.get(1), "head 00"), "cut off behind record 2");
  }

  @Test
  void missingSignaturesAreFoundAndThoseOfTheLastMinutesAreNot() {
    List<String> unsigned = lines.stream().filter(line -> !line.startsWith("signed")).toList();
    finds(unsigned, "signed heads are missing behind record 0");
    var late = new ArrayList<>(lines);
    late.remove(lines.size() - 2);
    assertThat(check(late, "")).isEmpty();
    List<String> without = unsigned.subList(1, unsigned.size());
    assertThat(check(without, "")).isEmpty();
    assertThat(check(without, base64(key.publicHalf()))).hasValue("the trail is not signed");
  }
}
