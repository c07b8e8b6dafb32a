package io.fragcast.cli;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGHUP: the operator wants the files read anew. Remembered until somebody asks; several count as one. The JDK has no
 * other way to hear of a signal than {@code sun.misc.Signal} in its module jdk.unsupported, whose name javac refuses to
 * compile without a warning, so it is called by reflection.
 */
final class HangupSignal
{
    private final AtomicBoolean isGiven = new AtomicBoolean();
    private final boolean isIgnored;

    /**
     * Listens from now on, to the end of the process.
     *
     * @throws IllegalStateException if this JVM hands no signals out, as with -Xrs.
     */
    HangupSignal()
    {
        try
        {
            final Class<?> signal = Class.forName("sun.misc.Signal");
            final Class<?> handler = Class.forName("sun.misc.SignalHandler");
            final Object listener = Proxy.newProxyInstance(
                HangupSignal.class.getClassLoader(), new Class<?>[]{handler}, this::onCall);
            final Object before = signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), listener);
            isIgnored = handler.getField("SIG_IGN").get(null) == before;
        }
        catch (final InvocationTargetException ex)
        {
            throw new IllegalStateException("SIGHUP cannot be listened to: " + ex.getCause(), ex);
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new IllegalStateException("SIGHUP cannot be listened to", ex);
        }
    }

    /** Was the process started with the signal ignored, as nohup does? The JVM leaves it so. */
    boolean isIgnored()
    {
        return isIgnored;
    }

    /** Was it given since the last time somebody asked? */
    boolean take()
    {
        return isGiven.getAndSet(false);
    }

    private @Nullable Object onCall(final Object proxy, final Method method, final Object[] args)
    {
        return switch (method.getName())
        {
            case "handle" ->
            {
                isGiven.set(true);
                yield null;
            }
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == args[0];
            default -> method.getName();
        };
    }
}
