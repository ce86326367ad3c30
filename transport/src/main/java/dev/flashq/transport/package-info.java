/**
 * How clients reach the queue: the TCP protocol in both encodings, and HTTP. The only module that
 * knows Netty.
 */
@NullMarked
package dev.flashq.transport;

import org.jspecify.annotations.NullMarked;
